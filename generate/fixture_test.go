package generate

import "github.com/quorumwright/quorumwright/schema"

// deployment is a complete deployment as schema.Load returns it, with an
// environment for every given change of the base spec.
func deployment(changes map[string]func(*schema.Spec)) *schema.Deployment {
	d := &schema.Deployment{Name: "gravitee", Source: "quorumwright.yaml", Spec: baseSpec()}
	for _, name := range []string{"dev", "prod", "staging"} {
		change, ok := changes[name]
		if !ok {
			continue
		}
		spec := baseSpec()
		change(&spec)
		d.Environments = append(d.Environments, schema.Environment{Name: name, Spec: spec})
	}
	return d
}

func baseSpec() schema.Spec {
	return schema.Spec{
		Namespace: "gravitee-apim",
		Redis: schema.Redis{
			Image:         schema.Image{Repository: "redis", Tag: "7.2.5"},
			MasterName:    "mymaster",
			Nodes:         3,
			Auth:          schema.SecretKey{SecretName: "redis-auth", Key: "password"},
			Persistence:   schema.Persistence{Enabled: true, Size: "1Gi"},
			Config:        map[string][]string{"maxmemory": {"256mb"}, "maxmemory-policy": {"volatile-ttl"}},
			Resources:     schema.Resources{Requests: schema.Amounts{CPU: "100m", Memory: "384Mi"}, Limits: schema.Amounts{Memory: "512Mi"}},
			AntiAffinity:  "preferred",
			ClusterDomain: "cluster.local",
			TLS:           schema.TLS{SecretName: "redis-tls"},
			Metrics:       schema.Metrics{Image: schema.Image{Repository: "oliver006/redis_exporter", Tag: "v1.62.0"}},
		},
		Sentinel: schema.Sentinel{
			Quorum: 2, DownAfter: "5s", FailoverTimeout: "60s", ParallelSyncs: 1,
			Resources: schema.Resources{Requests: schema.Amounts{CPU: "50m", Memory: "32Mi"}, Limits: schema.Amounts{Memory: "64Mi"}},
		},
		Gateway: schema.Gateway{
			Namespace:   "gravitee-apim",
			ReleaseName: "gravitee",
			Chart:       schema.Chart{Version: "4.9.32"},
			Image:       schema.GatewayImage{Repository: "graviteeio/apim-gateway", Tag: "4.9.32", PullPolicy: "IfNotPresent"},
			Replicas:    2,
			CloudToken:  schema.SecretKey{SecretName: "gravitee-cloud", Key: "token"},
			License:     schema.SecretKey{SecretName: "gravitee-cloud", Key: "licensekey"},
			Plugins:     []string{},
			Service:     schema.Service{Type: "ClusterIP", Port: 8082, Annotations: map[string]string{}},
			Resources:   schema.Resources{Requests: schema.Amounts{CPU: "200m", Memory: "512Mi"}, Limits: schema.Amounts{CPU: "1", Memory: "1Gi"}},
			Autoscaling: schema.Autoscaling{MinReplicas: 2, MaxReplicas: 5, TargetCPU: 50, TargetMemory: 80},
		},
		Secrets:  schema.Secrets{Provider: "existing"},
		Delivery: schema.Delivery{Engine: "none"},
	}
}
