package prove

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"

	"golang.org/x/sys/unix"
)

// A netlink is a connection to the kernel's network configuration (rtnetlink(7))
// in the network namespace of the thread that opened it.
type netlink struct {
	fd  int
	seq uint32
}

func openNetlink() (*netlink, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	return &netlink{fd: fd}, nil
}

func (n *netlink) close() { unix.Close(n.fd) }

// request sends one message and waits until the kernel has done what it says.
func (n *netlink) request(kind, flags uint16, body []byte) error {
	n.seq++
	msg := make([]byte, unix.SizeofNlMsghdr, unix.SizeofNlMsghdr+len(body))
	binary.NativeEndian.PutUint32(msg[0:], uint32(len(msg)+len(body)))
	binary.NativeEndian.PutUint16(msg[4:], kind)
	binary.NativeEndian.PutUint16(msg[6:], flags|unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	binary.NativeEndian.PutUint32(msg[8:], n.seq)
	if err := unix.Sendto(n.fd, append(msg, body...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	b := make([]byte, 8192)
	size, _, err := unix.Recvfrom(n.fd, b, 0)
	if err != nil {
		return err
	}
	if size < unix.SizeofNlMsghdr+4 || binary.NativeEndian.Uint16(b[4:]) != unix.NLMSG_ERROR {
		return fmt.Errorf("the kernel does not answer netlink")
	}
	if code := int32(binary.NativeEndian.Uint32(b[unix.SizeofNlMsghdr:])); code != 0 {
		return unix.Errno(-code)
	}
	return nil
}

// attr encodes one attribute, padded to four bytes.
func attr(kind uint16, parts ...[]byte) []byte {
	b := make([]byte, unix.SizeofRtAttr)
	for _, p := range parts {
		b = append(b, p...)
	}
	binary.NativeEndian.PutUint16(b[0:], uint16(len(b)))
	binary.NativeEndian.PutUint16(b[2:], kind)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func attrText(kind uint16, s string) []byte { return attr(kind, []byte(s), []byte{0}) }

func attrInt(kind uint16, n int) []byte {
	return attr(kind, binary.NativeEndian.AppendUint32(nil, uint32(n)))
}

// linkInfo is struct ifinfomsg.
func linkInfo(index int, flags, change uint32) []byte {
	b := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(b[4:], uint32(index))
	binary.NativeEndian.PutUint32(b[8:], flags)
	binary.NativeEndian.PutUint32(b[12:], change)
	return b
}

const create = unix.NLM_F_CREATE | unix.NLM_F_EXCL

// addBridge makes a switch that is up.
func (n *netlink) addBridge(name string) error {
	body := append(linkInfo(0, unix.IFF_UP, unix.IFF_UP), attrText(unix.IFLA_IFNAME, name)...)
	body = append(body, attr(unix.IFLA_LINKINFO, attrText(unix.IFLA_INFO_KIND, "bridge"))...)
	return n.request(unix.RTM_NEWLINK, create, body)
}

// vethPeer is VETH_INFO_PEER of linux/veth.h.
const vethPeer = 1

// addCable connects a port of the bridge with eth0 of another network namespace.
func (n *netlink) addCable(name string, bridge int, namespace int) error {
	peer := append(linkInfo(0, 0, 0), attrText(unix.IFLA_IFNAME, "eth0")...)
	peer = append(peer, attrInt(unix.IFLA_NET_NS_FD, namespace)...)
	body := append(linkInfo(0, unix.IFF_UP, unix.IFF_UP), attrText(unix.IFLA_IFNAME, name)...)
	body = append(body, attrInt(unix.IFLA_MASTER, bridge)...)
	body = append(body, attr(unix.IFLA_LINKINFO,
		attrText(unix.IFLA_INFO_KIND, "veth"),
		attr(unix.IFLA_INFO_DATA, attr(vethPeer, peer)))...)
	return n.request(unix.RTM_NEWLINK, create, body)
}

// setUp switches a network interface on or off.
func (n *netlink) setUp(index int, up bool) error {
	var flags uint32
	if up {
		flags = unix.IFF_UP
	}
	return n.request(unix.RTM_NEWLINK, 0, linkInfo(index, flags, unix.IFF_UP))
}

// addAddress gives an interface an address of a network with the prefix.
func (n *netlink) addAddress(index int, p netip.Prefix) error {
	ip := p.Addr().As4()
	body := make([]byte, unix.SizeofIfAddrmsg)
	body[0], body[1] = unix.AF_INET, byte(p.Bits())
	binary.NativeEndian.PutUint32(body[4:], uint32(index))
	body = append(body, attr(unix.IFA_LOCAL, ip[:])...)
	body = append(body, attr(unix.IFA_ADDRESS, ip[:])...)
	return n.request(unix.RTM_NEWADDR, create, body)
}

// onThread runs f on an operating system thread of its own that is never used
// for anything else, so that f may move it into other namespaces.
func onThread(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		done <- f()
	}()
	return <-done
}
