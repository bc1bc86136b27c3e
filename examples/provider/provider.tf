terraform {
  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

# The provider needs no configuration.
provider "stellaops" {}
