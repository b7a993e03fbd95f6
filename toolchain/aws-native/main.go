// Command pulumi-resource-aws-native is Pulumi's AWS Cloud Control provider, built from its Go module.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-aws-native/provider/pkg/provider"
	"github.com/pulumi/pulumi-aws-native/provider/pkg/version"
)

//go:embed schema.json.gz
var schema []byte

//go:embed metadata.json.gz
var metadata []byte

func main() {
	provider.Serve(version.Version, schema, metadata)
}
