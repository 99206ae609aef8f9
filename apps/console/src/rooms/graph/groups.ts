// Which types of STIX objects look alike in the graph. A group has its own outline and its own colour, a type its own icon,
// so that no two are told apart by a colour alone.

export const GROUPS = ['actor', 'means', 'sign', 'place', 'document', 'observable', 'other'] as const
export type Group = (typeof GROUPS)[number]

const TYPES: Record<Exclude<Group, 'observable' | 'other'>, readonly string[]> = {
  actor: ['threat-actor', 'intrusion-set', 'campaign', 'incident'],
  means: ['malware', 'malware-analysis', 'tool', 'attack-pattern', 'infrastructure', 'vulnerability'],
  sign: ['indicator', 'observed-data', 'sighting', 'relationship'],
  place: ['identity', 'location'],
  document: ['report', 'grouping', 'note', 'opinion', 'course-of-action'],
}
/** Objects of STIX 2.1 that are none of the above and no observables. */
const META = ['marking-definition', 'extension-definition', 'language-content', '']

const GROUP_OF = new Map(
  Object.entries(TYPES).flatMap(([group, types]) => types.map((type) => [type, group as Group] as const)),
)

/** A type that is not known here is another's own, and is shown as other. */
export function groupOf(type: string, known: readonly string[]): Group {
  const group = GROUP_OF.get(type)
  if (group !== undefined) return group
  return META.includes(type) || !known.includes(type) ? 'other' : 'observable'
}

/** Corners of an outline about 0/0, of the size of a circle with the radius 1. A circle has none. */
const CORNERS: Record<Group, readonly (readonly [number, number])[]> = {
  actor: polygon(4, -90, 1.2),
  means: polygon(6, -90, 1.08),
  sign: [],
  place: polygon(4, -45, 1.26),
  document: [
    [-0.78, -1.05],
    [0.4, -1.05],
    [0.78, -0.67],
    [0.78, 1.05],
    [-0.78, 1.05],
  ],
  observable: polygon(5, -90, 1.12),
  other: polygon(8, -67.5, 1.04),
}

function polygon(corners: number, fromDegrees: number, radius: number): [number, number][] {
  return Array.from({ length: corners }, (_, at) => {
    const angle = ((fromDegrees + (360 * at) / corners) * Math.PI) / 180
    return [Math.cos(angle) * radius, Math.sin(angle) * radius]
  })
}

/** Adds the outline of a group to a path. */
export function outline(path: CanvasPath, group: Group, x: number, y: number, radius: number): void {
  const corners = CORNERS[group]
  const [first, ...rest] = corners
  if (first === undefined) {
    path.moveTo(x + radius, y)
    path.arc(x, y, radius, 0, 2 * Math.PI)
    return
  }
  path.moveTo(x + first[0] * radius, y + first[1] * radius)
  for (const [dx, dy] of rest) path.lineTo(x + dx * radius, y + dy * radius)
  path.closePath()
}

/** The same for the legend: the `d` of an SVG path in a box of 24. */
export function outlineData(group: Group): string {
  const at = (value: number) => (12 + value * 8.5).toFixed(2)
  const corners = CORNERS[group]
  if (corners.length === 0) return 'M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0Z'
  return `M${corners.map(([x, y]) => `${at(x)} ${at(y)}`).join('L')}Z`
}
