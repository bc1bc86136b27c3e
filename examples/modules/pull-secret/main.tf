# The payload of a Kubernetes pull secret, handed on only if the cluster could
# pull with it. It is read as the kubelet reads it.
#
#   module "pull_secret" {
#     source  = "./modules/pull-secret"
#     images  = ["registry.example.com/team/app"]
#     payload = local.dockerconfigjson
#   }
#
#   resource "kubernetes_secret" "pull" {
#     type = "kubernetes.io/dockerconfigjson"
#     data = { ".dockerconfigjson" = module.pull_secret.payload }
#     ...
#   }

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "images" {
  description = "Images that the pods use, with or without a tag."
  type        = set(string)
}

variable "payload" {
  description = "Payload of the secret, an object with auths."
  type        = string
  sensitive   = true
}

data "stellaops_oci_credentials_check" "pull" {
  for_each = var.images

  registry_url       = each.value
  docker_config_json = var.payload
}

output "payload" {
  description = "The payload, once it is checked for every image."
  sensitive   = true
  value       = var.payload

  precondition {
    condition = alltrue([for check in data.stellaops_oci_credentials_check.pull : check.passed])
    error_message = join("\n", flatten([
      for image, check in data.stellaops_oci_credentials_check.pull :
      concat(["${image}: ${check.message}"], formatlist("  - %s", check.likely_causes)) if !check.passed
    ]))
  }
}
