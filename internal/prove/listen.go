package prove

import (
	"context"
	"strings"
	"time"
)

// told are the events of Sentinel that a person wants to see, with what they
// mean (redis.io, Sentinel Pub/Sub messages).
var told = map[string]string{
	"+sdown":                        "does not get an answer from",
	"-sdown":                        "gets an answer again from",
	"+odown":                        "and enough others agree: down is",
	"-odown":                        "no longer takes for down",
	"+try-failover":                 "asks for votes to replace",
	"+elected-leader":               "is elected to replace",
	"-failover-abort-not-elected":   "was not elected to replace",
	"-failover-abort-no-good-slave": "finds no replica to promote in place of",
	"-failover-abort-slave-timeout": "could not promote a replica in place of",
	"+selected-slave":               "chooses",
	"+promoted-slave":               "has promoted",
	"+switch-master":                "has a new master:",
	"+failover-end":                 "has finished replacing",
	"+convert-to-slave":             "makes a replica of",
	"+tilt":                         "distrusts its clock or was held up: TILT",
	"-tilt":                         "trusts its clock again",
	"+reboot":                       "saw a restart of",
}

// A signalAt is an event of a Sentinel.
type signalAt struct {
	at              time.Time
	from            string
	channel, target string
	// kind is master, slave or sentinel.
	kind string
}

// listen follows the events of a Sentinel, and puts those of masters and
// promotions into the journal.
func (o *observer) listen(ctx context.Context, k *container) {
	for ctx.Err() == nil {
		c, err := o.connect(ctx, k)
		if err == nil {
			if err = c.send("PSUBSCRIBE", "*"); err == nil {
				stop := context.AfterFunc(ctx, func() { c.Close() })
				for {
					c.SetDeadline(time.Now().Add(time.Hour))
					v, err := c.read()
					if err != nil {
						break
					}
					if m := texts(v); len(m) == 4 && m[0] == "pmessage" {
						o.heard(k, m[2], m[3])
					}
				}
				stop()
			}
			c.Close()
		}
		sleep(ctx, observePeriod)
	}
}

// heard records an event: "master mymaster 10.0.0.1 6379 …", "slave IP:PORT IP
// PORT @ mymaster …", and for +switch-master "mymaster OLD PORT NEW PORT".
func (o *observer) heard(k *container, channel, payload string) {
	words := strings.Fields(payload)
	s := signalAt{at: time.Now(), from: k.pod.Name, channel: channel}
	switch {
	case strings.HasSuffix(channel, "tilt"): // "#tilt mode entered"
	case channel == "+switch-master" && len(words) >= 4:
		s.kind, s.target = "master", words[3]
	case len(words) >= 3:
		s.kind, s.target = words[0], words[2]
	}
	if s.kind == "sentinel" && len(words) >= 3 {
		s.target = words[2]
	}
	name := o.cluster.who(s.target)
	if name == "" {
		name = s.target
	}
	s.target = name
	o.mu.Lock()
	o.signals = append(o.signals, s)
	o.mu.Unlock()
	meaning, ok := told[channel]
	if !ok || channel[1:] == "sdown" && s.kind != "master" {
		return
	}
	o.cluster.journal.add(Step, k.pod.Name, "Sentinel %s  (%s)", strings.TrimSpace(meaning+" "+name), channel)
}

// signalsSince returns the events of all Sentinels from a time on.
func (o *observer) signalsSince(t time.Time) []signalAt {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []signalAt
	for _, s := range o.signals {
		if !s.at.Before(t) {
			all = append(all, s)
		}
	}
	return all
}
