// Package prove answers whether a configuration really fails over. It starts
// one pod after the other from rendered manifests, with real Redis and Sentinel
// processes, takes the master away under a steady load of writes, and measures
// what happens.
//
// # What is real
//
// The files, commands, probes and hooks of the manifests run as they are. On
// Linux with user namespaces each pod has its own network, host name, user and
// file tree, and each container its own processes, so that paths, ports and
// host names are those of the cluster; nothing of it reaches the machine's own
// network. Where user namespaces are not permitted the pods share the machine's
// loopback addresses, and paths and host names are replaced in the files; the
// proof says so.
//
// # What is not
//
// The images: the redis-server and redis-cli of this machine stand in for them,
// whatever their version. There is no kube-proxy and no name server: the name of
// a Service leads to the addresses of its pods through /etc/hosts. No
// NetworkPolicy is enforced, no resource limit is set.
// Passwords that are not in the repository are invented, one for each key of a
// Secret; keys that are copies of each other share one.
//
// # How it is arranged
//
// NewPlan turns the facts of a repository into pods. A lab gives pods a place to
// run (namespaces or loopback). A cluster does to them what a kubelet does:
// start, probe, restart, delete. An observer asks every process how it is, a
// load writes, and Run is the story that is told: boot, check, break, measure,
// judge.
package prove
