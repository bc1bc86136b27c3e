# The payload of a Kubernetes pull secret, handed on only if the cluster could
# pull with it. It is read as the kubelet reads it. The registries are asked over
# https; one on plain HTTP needs a check of its own, with http:// in registry_url
# and the repository in access.
#
#   module "pull_secret" {
#     source  = "./modules/pull-secret"
#     images  = ["registry.example.com/team/app:1.2.3"]
#     payload = local.dockerconfigjson
#     pull    = true
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

variable "pull" {
  description = "Whether each image that is written with its registry must be there to pull; without a tag, its repository."
  type        = bool
  default     = false
}

locals {
  # The repository of an image. Its first part is a registry if it has a dot or a port.
  repositories = {
    for image in var.images : image => try(regex("^(?:[^/]*[.:][^/]*|localhost)/([a-z0-9][^:@]*)", image)[0], null)
  }
}

data "stellaops_oci_credentials_check" "pull" {
  for_each = var.images

  registry_url       = each.value
  docker_config_json = var.payload

  # The tag or the digest in registry_url is the one that is asked for.
  access = !var.pull || local.repositories[each.value] == null ? null : [{
    repository = local.repositories[each.value]
    actions    = ["pull"]
  }]
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

output "digests" {
  description = "What each image stands for today, to pin it; null where it was not asked for."
  value       = { for image, check in data.stellaops_oci_credentials_check.pull : image => one(check.access_results[*].digest) }
}
