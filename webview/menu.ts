const gap = 8;

/** Opens a popover menu under the button before it, within the page. */
export function placeMenu(event: Event): void {
  const menu = event.currentTarget as HTMLElement;
  const button = menu.previousElementSibling?.getBoundingClientRect();
  if (button === undefined) return;
  const below = innerHeight - button.bottom;
  const opensUp = below < 240 && button.top > below;
  Object.assign(menu.style, {
    left: `${Math.max(gap, Math.min(button.left, innerWidth - menuWidth(menu) - gap))}px`,
    top: opensUp ? "auto" : `${button.bottom + 2}px`,
    bottom: opensUp ? `${innerHeight - button.top + 2}px` : "auto",
    maxHeight: `${(opensUp ? button.top : below) - 2 * gap}px`,
  });
}

/** A menu has no box before it is shown; its style says how wide it will be. */
function menuWidth(menu: HTMLElement): number {
  return Number.parseFloat(getComputedStyle(menu).width) || 420;
}
