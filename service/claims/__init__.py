"""认领 and 双报到: wishes that neighbours, organisations and companies fulfil."""
