// Package lint knows what a rule, a fact and a finding are, and runs rules.
//
// Package repo says what a repository holds and where it is written. Collect
// turns one environment of it into Facts: the workloads and Services, the
// redis-server and redis-sentinel processes with every directive that they
// read, the gateway with every setting that it takes, and who talks to whom.
// A Rule looks at Facts through a Pass and reports Findings. Nothing in here
// opens a file, evaluates CUE or prints.
package lint
