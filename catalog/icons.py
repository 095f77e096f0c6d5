"""The icons that a service or a need may have, by name: those of the pages' sprite."""

from typing import Annotated, Final

from pydantic import WithJsonSchema

from catalog.part import Key

_NAMES: Final = """
    activity apps adjustments-horizontal alert-circle alert-triangle armchair arrow-down-right arrow-left
    arrow-narrow-up arrow-right arrow-up arrow-up-right arrows-exchange arrows-sort at ban beach bell bell-ringing
    bolt book-2 bookmark briefcase building building-bank bulb bus calculator calendar calendar-due calendar-event
    calendar-pause calendar-plus calendar-time car cash certificate chart-bar chart-line check checklist
    chevron-down chevron-left chevron-right chevron-up circle circle-check circle-dashed circle-half-2 circle-x
    clipboard-list clock clock-exclamation clock-pause code confetti copy credit-card device-desktop device-floppy
    device-imac device-laptop device-mobile device-tablet dots dots-vertical door door-enter door-exit download
    droplet edit exclamation-circle external-link eye eye-off file-certificate file-description file-dollar
    file-export file-off file-text filter flag folder folder-open forms gift git-merge git-pull-request hash
    headphones headset heart heart-handshake help help-circle history home hourglass id id-badge id-badge-2 inbox
    info-circle key keyboard language layout-dashboard layout-list license lifebuoy link list list-check
    list-details list-tree lock lock-access lock-open login logout mail mail-forward mail-opened map-off map-pin
    medical-cross menu-2 message message-2 message-circle message-report messages microphone minus mood-smile moon
    mouse movie network news note notes package paperclip parking password pencil phone phone-call phone-incoming
    phone-plus plane plane-departure player-pause player-play plug plug-connected plug-connected-x plus point
    printer presentation question-mark receipt refresh repeat robot rosette-discount-check route route-2 router
    scale school screen-share search select-all send server settings shield shield-check shield-exclamation
    shield-lock shopping-cart sitemap star stethoscope sun sun-moon switch-horizontal table tag temperature ticket
    tool tools tools-kitchen-2 trash truck truck-delivery umbrella upload urgent user user-check user-circle
    user-exclamation user-minus user-off user-pin user-plus user-question user-x users users-group vector-triangle
    video virus volume walk wallet wand wifi wifi-off world x
"""
ICONS: Final = frozenset(_NAMES.split())

Icon = Annotated[Key, WithJsonSchema({"type": "string", "enum": sorted(ICONS)})]
"""Only editors and `catalog.lint` mind: a catalogue that was published before a name went still loads."""
