package prove

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// A conn is a connection to Redis or Sentinel that speaks RESP2.
type conn struct {
	net.Conn
	r *bufio.Reader
}

// A replyError is an error that the server answered with: "NOAUTH …".
type replyError string

func (e replyError) Error() string { return string(e) }

// code returns the first word of the answer.
func (e replyError) code() string {
	word, _, _ := strings.Cut(string(e), " ")
	return word
}

// dialTimeout bounds a connection attempt and each answer. What takes longer on
// one machine is a process that does not work.
const dialTimeout = time.Second

// dial connects to a server; config is nil for plain text.
func dial(ctx context.Context, addr string, config *tls.Config) (*conn, error) {
	d := net.Dialer{Timeout: dialTimeout}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if config != nil {
		c.SetDeadline(time.Now().Add(dialTimeout))
		t := tls.Client(c, config)
		if err := t.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, err
		}
		c = t
	}
	return &conn{c, bufio.NewReader(c)}, nil
}

// do sends one command and returns its answer: a string, an int64, nil or a
// []any of these. The error is a replyError if the server answered with one.
func (c *conn) do(args ...string) (any, error) {
	return c.doWithin(dialTimeout, args...)
}

func (c *conn) doWithin(d time.Duration, args ...string) (any, error) {
	c.SetDeadline(time.Now().Add(d))
	if err := c.send(args...); err != nil {
		return nil, err
	}
	return c.read()
}

func (c *conn) send(args ...string) error {
	b := make([]byte, 0, 64)
	b = append(b, '*')
	b = strconv.AppendInt(b, int64(len(args)), 10)
	b = append(b, "\r\n"...)
	for _, a := range args {
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(len(a)), 10)
		b = append(b, "\r\n"...)
		b = append(b, a...)
		b = append(b, "\r\n"...)
	}
	_, err := c.Write(b)
	return err
}

var errProtocol = errors.New("not an answer of Redis")

// read reads one answer.
func (c *conn) read() (any, error) {
	line, err := c.r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return nil, errProtocol
	}
	text := line[1:]
	switch line[0] {
	case '+':
		return text, nil
	case '-':
		return nil, replyError(text)
	case ':':
		return strconv.ParseInt(text, 10, 64)
	case '$':
		n, err := strconv.Atoi(text)
		if err != nil || n > 512<<20 {
			return nil, errProtocol
		}
		if n < 0 {
			return nil, nil
		}
		b := make([]byte, n+2)
		if _, err := io.ReadFull(c.r, b); err != nil {
			return nil, err
		}
		return string(b[:n]), nil
	case '*':
		n, err := strconv.Atoi(text)
		if err != nil || n > 1<<20 {
			return nil, errProtocol
		}
		if n < 0 {
			return nil, nil
		}
		list := make([]any, 0, min(n, 1024))
		for range n {
			v, err := c.read()
			var reply replyError
			if errors.As(err, &reply) {
				v, err = reply, nil
			}
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return nil, errProtocol
}

// text returns an answer that is a string, or "".
func text(v any) string {
	s, _ := v.(string)
	return s
}

// texts returns an answer that is a list of strings.
func texts(v any) []string {
	list, _ := v.([]any)
	all := make([]string, 0, len(list))
	for _, e := range list {
		all = append(all, text(e))
	}
	return all
}

// pairs returns an answer that is a list of keys and values.
func pairs(v any) map[string]string {
	list := texts(v)
	m := make(map[string]string, len(list)/2)
	for i := 0; i+1 < len(list); i += 2 {
		m[list[i]] = list[i+1]
	}
	return m
}

// info returns the fields of an INFO answer.
func info(s string) map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(s) {
		if k, v, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok && !strings.HasPrefix(k, "#") {
			m[k] = v
		}
	}
	return m
}

// auth logs in; an empty password means that none is sent.
func (c *conn) auth(user, password string) error {
	if password == "" {
		return nil
	}
	args := []string{"AUTH", password}
	if user != "" && user != "default" {
		args = []string{"AUTH", user, password}
	}
	_, err := c.do(args...)
	return err
}

// hello logs in the way the gateway's client does: HELLO 2 AUTH, which a server
// without a password accepts too.
func (c *conn) hello(user, password string) error {
	if password == "" {
		return nil
	}
	if user == "" {
		user = "default"
	}
	_, err := c.do("HELLO", "2", "AUTH", user, password)
	return err
}

// brief words a network error for a person, without addresses of the proof.
func brief(err error) string {
	var reply replyError
	var timeout net.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errNoHost):
		return err.Error()
	case errors.As(err, &reply):
		first, _, _ := strings.Cut(string(reply), ". ") // DENIED comes with a page of advice
		return first
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer"
	case errors.Is(err, io.EOF):
		return "the connection was closed"
	}
	msg := err.Error()
	if i := strings.LastIndex(msg, ": "); i >= 0 {
		msg = msg[i+2:]
	}
	return msg
}

// hostPort joins an address and a port.
func hostPort(host string, port int) string { return net.JoinHostPort(host, fmt.Sprint(port)) }
