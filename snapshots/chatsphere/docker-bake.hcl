# The production images: `make images` builds them here, the workflows with
# another TAG.
variable "REGISTRY" {
  default = "ghcr.io/chatsphere/chatsphere"
}

variable "TAG" {
  default = "local"
}

group "default" {
  targets = ["image"]
}

target "image" {
  name    = service
  matrix  = {
    service = [
      "backend",
      "frontend",
      "ai",
    ]
  }
  context = "services/${service}"
  target  = "production"
  tags    = ["${REGISTRY}/${service}:${TAG}"]
}
