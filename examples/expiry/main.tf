# Warn a week before registry credentials expire. A check block warns and never
# stops a plan; the time comes from the credentials themselves, where they say it.

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registry_url" {
  type = string
}

variable "registry_username" {
  type = string
}

variable "registry_password" {
  type      = string
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.registry_url
  username     = var.registry_username
  password     = var.registry_password
}

check "registry_credentials_last" {
  assert {
    condition = (
      data.stellaops_oci_credentials_check.registry.credential_expires_at == null ? true :
      timecmp(data.stellaops_oci_credentials_check.registry.credential_expires_at, timeadd(plantimestamp(), "168h")) > 0
    )
    error_message = format(
      "The credentials of %s expire at %s: rotate them now.",
      var.registry_url,
      coalesce(data.stellaops_oci_credentials_check.registry.credential_expires_at, "no known time"),
    )
  }
}
