package schema

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkFirstParse is what a command pays that reads one spec: compiling the
// schema and reading the example.
func BenchmarkFirstParse(b *testing.B) {
	data := example(b)
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		if _, err := NewLoader().Parse("quorumwright.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse is what each further spec costs.
func BenchmarkParse(b *testing.B) {
	data := example(b)
	l := NewLoader()
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		if _, err := l.Parse("quorumwright.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEnvironments reads one spec with a thousand environments.
func BenchmarkEnvironments(b *testing.B) {
	var s strings.Builder
	s.Write(example(b))
	for i := range 1000 {
		fmt.Fprintf(&s, "  e%d: {preset: prod, spec: {namespace: ns-%d, gateway: {replicas: %d}}}\n", i, i, 1+i%50)
	}
	data := []byte(s.String())
	l := NewLoader()
	b.ReportAllocs()
	defer reportCPU(b)()
	for b.Loop() {
		if _, err := l.Parse("quorumwright.yaml", data); err != nil {
			b.Fatal(err)
		}
	}
}

func example(tb testing.TB) []byte {
	data, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// reportCPU adds the processor time, which other work on the machine does not
// change as much as the time on the wall.
func reportCPU(b *testing.B) func() {
	used := func() time.Duration {
		var r syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	before := used()
	return func() { b.ReportMetric(float64(used()-before)/float64(b.N)/1e6, "cpu-ms/op") }
}
