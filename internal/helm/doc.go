// Package helm renders a chart that lies on the disk with the helm program, and
// with nothing else: no network, no cluster, no plugins, no configuration of the
// person's, nothing written but a folder of its own.
//
//	chart, err := helm.Open(path)
//	defer chart.Close()
//	text, err := chart.Render(ctx, helm.Release{Name: "gravitee", Values: values})
//
// [Open] reads a folder or a .tgz. Sub-charts that are not there (git trees and
// mirrors leave them out) are replaced by empty ones, which fail when the values
// switch them on.
package helm
