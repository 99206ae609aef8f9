/** Clusters of MISP galaxies as the domain objects that they are, each once, whatever it is attached to. */

import type { Properties } from '../properties.ts'
import { isUri } from '../uri.ts'
import { objectTypeOfGalaxy } from './galaxy-types.ts'
import { type EventMaking, NEVER, ownUuid, present } from './making.ts'
import { type MispCluster, type MispGalaxy, restOf } from './schema.ts'
import { joinMispMarkings, type MispMarking, markingRefs } from './tags.ts'

export class ClusterMaking {
  readonly making: EventMaking
  readonly #made = new Map<string, { readonly id: string; readonly marking: MispMarking }>()

  constructor(making: EventMaking) {
    this.making = making
  }

  get count(): number {
    return this.#made.size
  }

  /** The ids of the clusters; `marking` is that of what they are attached to. */
  add(galaxies: readonly MispGalaxy[] | undefined, marking: MispMarking, path: string): readonly string[] {
    return (galaxies ?? []).flatMap((galaxy, g) => {
      const { GalaxyCluster: clusters = [] } = galaxy
      return clusters.flatMap((cluster, c) =>
        this.#cluster(galaxy, cluster, marking, `${path}Galaxy[${g}].GalaxyCluster[${c}]`),
      )
    })
  }

  #cluster(galaxy: MispGalaxy, cluster: MispCluster, marking: MispMarking, path: string): string[] {
    const { making } = this
    const key = JSON.stringify([galaxy.type, cluster.uuid, cluster.value])
    const known = this.#made.get(key)
    if (known !== undefined) {
      // Attached to several things, it is as closely held as the closest of them.
      const joined = joinMispMarkings(known.marking, marking)
      this.#made.set(key, { id: known.id, marking: joined })
      const object = making.get(known.id)
      if (object !== undefined) making.replace(known.id, { ...object, ...refsOf(joined) })
      return [known.id]
    }
    const type = objectTypeOfGalaxy(galaxy.type) ?? 'x-misp-galaxy-cluster'
    const id = making.ids.take(type, cluster.uuid, galaxy.type, cluster.value)
    const made = this.#object(id, galaxy, cluster, marking, path)
    const object = making.fault(made) === undefined ? made : this.#custom(galaxy, cluster, marking, path)
    if (!making.add(object, path)) return []
    this.#made.set(key, { id: String(object['id']), marking })
    return [String(object['id'])]
  }

  #object(id: string, galaxy: MispGalaxy, cluster: MispCluster, marking: MispMarking, path: string): Properties {
    const type = id.slice(0, -38)
    if (type === 'x-misp-galaxy-cluster') return this.#custom(galaxy, cluster, marking, path, id)
    const { description, value } = cluster
    const { synonyms, place, references, rest: meta } = metaOf(type, cluster)
    return {
      ...this.#head(id, galaxy, cluster, marking),
      name: value,
      ...present({ description }),
      ...(synonyms.length === 0 ? {} : { aliases: synonyms }),
      ...BESIDE[type],
      ...place,
      ...(references.length === 0 ? {} : { external_references: references }),
      ...this.#rest(galaxy, cluster, meta, path),
    }
  }

  #custom(galaxy: MispGalaxy, cluster: MispCluster, marking: MispMarking, path: string, known?: string): Properties {
    const id = known ?? this.making.ids.derive('x-misp-galaxy-cluster', galaxy.type, cluster.uuid ?? '', cluster.value)
    const { meta = {} } = cluster
    return {
      ...this.#head(id, galaxy, cluster, marking),
      x_misp_type: galaxy.type,
      x_misp_value: cluster.value,
      x_misp_name: galaxy.name ?? galaxy.type,
      x_misp_description: cluster.description ?? '',
      ...this.#rest(galaxy, cluster, restOf(meta, []), path),
    }
  }

  #head(id: string, { type }: MispGalaxy, cluster: MispCluster, marking: MispMarking): Properties {
    const { created_by_ref: _, ...head } = this.making.head(id, undefined, marking, [`misp:galaxy-type="${type}"`])
    return { ...head, created: NEVER, ...ownUuid(id, cluster.uuid) }
  }

  #rest(galaxy: MispGalaxy, cluster: MispCluster, meta: Properties, path: string): Properties {
    const local = ['id', 'galaxy_id', 'tag_id', 'local', 'org_id', 'orgc_id', 'relationship_type']
    const rest = {
      galaxy: restOf(galaxy, ['id', 'type', 'GalaxyCluster', 'local']),
      ...restOf(cluster, [...local, 'uuid', 'type', 'value', 'description', 'meta', 'GalaxyClusterRelation']),
      ...(Object.keys(meta).length === 0 ? {} : { meta }),
    }
    return this.making.members(rest, path)
  }
}

function refsOf(marking: MispMarking): Properties {
  const refs = markingRefs(marking)
  return refs.length === 0 ? {} : { object_marking_refs: [...refs] }
}

const BESIDE: { readonly [type: string]: Properties } = {
  malware: { is_family: true },
  identity: { identity_class: 'class' },
}

/** Types that have `aliases` (section 4). */
const ALIASED = new Set(['attack-pattern', 'campaign', 'intrusion-set', 'malware', 'threat-actor', 'tool'])

/** What of a cluster's meta has a place in an object of the type, and the rest of it. */
function metaOf(type: string, { meta = {} }: MispCluster) {
  const taken: string[] = []
  const texts = (name: string): string[] => {
    const said = meta[name]
    if (!Array.isArray(said) || said.length === 0 || !said.every((item) => typeof item === 'string')) return []
    taken.push(name)
    return said
  }
  const synonyms = ALIASED.has(type) ? texts('synonyms') : []
  const urls = meta['refs']
  const references =
    Array.isArray(urls) && urls.every((url) => typeof url === 'string' && isUri(url))
      ? texts('refs').map((url) => ({ source_name: 'MISP galaxy', url }))
      : []
  const place: { country?: string; region?: string } = {}
  if (type === 'location') {
    const code = meta['ISO']
    if (typeof code === 'string' && /^[A-Za-z]{2}$/.test(code)) place.country = code.toUpperCase()
  }
  return { synonyms, references, place, rest: restOf(meta, taken) }
}
