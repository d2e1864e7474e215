package generate

import (
	"fmt"
	"testing"

	"github.com/quorumwright/quorumwright/schema"
)

// many returns a deployment of n environments that differ in namespace and size,
// as those of a large installation do.
func many(n int) *schema.Deployment {
	d := deployment(nil)
	for i := range n {
		spec := baseSpec()
		spec.Namespace = fmt.Sprintf("team-%04d", i)
		spec.Gateway.Namespace = spec.Namespace
		spec.Gateway.Replicas = 1 + i%5
		spec.Redis.Image.Tag = fmt.Sprintf("7.2.%d", i%6)
		spec.Redis.Resources.Limits.Memory = fmt.Sprintf("%dMi", 512*(1+i%4))
		d.Environments = append(d.Environments, schema.Environment{Name: fmt.Sprintf("env-%04d", i), Spec: spec})
	}
	return d
}

func BenchmarkGenerate(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		d := many(n)
		b.Run(fmt.Sprintf("environments=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Generate(d); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n)/1e6, "ms/environment")
		})
	}
}
