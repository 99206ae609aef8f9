/** Galaxies of MISP read back from domain objects, and made of those that came from elsewhere. */

import { isRecord, own, type Properties } from '../properties.ts'
import type { StixObject } from '../stix-object.ts'
import { type Json, membersIn, type StixAtHand, textIn, textsIn, uuidIn } from './back.ts'
import { galaxyOfObjectType } from './galaxy-types.ts'

/** The members `Galaxy` of an element to which the objects are attached; nothing where none of them is a cluster. */
export function galaxiesFromStix(atHand: StixAtHand, objects: readonly StixObject[]): Json {
  const galaxies = new Map<string, { galaxy: Json; clusters: Json[] }>()
  for (const object of objects) {
    const made = clusterFromStix(object)
    if (made === undefined) continue
    atHand.use(object.id)
    const key = JSON.stringify(made.galaxy)
    const known = galaxies.get(key)
    if (known === undefined) galaxies.set(key, { galaxy: made.galaxy, clusters: [made.cluster] })
    else known.clusters.push(made.cluster)
  }
  const all = [...galaxies.values()].map(({ galaxy, clusters }) => ({ ...galaxy, GalaxyCluster: clusters }))
  return all.length === 0 ? {} : { Galaxy: all }
}

/** Undefined for an object that is no cluster and of no type that MISP keeps in a galaxy. */
export function clusterFromStix(object: StixObject): { readonly galaxy: Json; readonly cluster: Json } | undefined {
  const [label = ''] = textsIn(object.value, 'labels')
  const named = /^misp:galaxy-type="([\s\S]*)"$/.exec(label)?.[1]
  if (named !== undefined) return ours(object, named)
  const galaxy = galaxyOfObjectType(object.type)
  const name = textIn(object.value, 'name')
  return galaxy === undefined || name === undefined || name === '' ? undefined : foreign(object, galaxy, name)
}

function ours(object: StixObject, type: string) {
  const { value } = object
  const { galaxy, meta, ...more } = membersIn(value)
  const custom = object.type === 'x-misp-galaxy-cluster'
  const description = textIn(value, custom ? 'x_misp_description' : 'description')
  const references = referencesIn(value)
  const aliases = textsIn(value, 'aliases')
  const said = {
    ...(isRecord(meta) ? meta : {}),
    ...(aliases.length === 0 ? {} : { synonyms: aliases }),
    ...(references.length === 0 ? {} : { refs: references }),
  }
  const cluster = {
    ...more,
    uuid: uuidIn(object),
    type,
    value: textIn(value, custom ? 'x_misp_value' : 'name') ?? '',
    ...(description === undefined || description === '' ? {} : { description }),
    ...(Object.keys(said).length === 0 ? {} : { meta: said }),
  }
  return { galaxy: { ...(isRecord(galaxy) ? galaxy : {}), type }, cluster }
}

function foreign(object: StixObject, type: string, name: string) {
  const { value } = object
  const synonyms = textsIn(value, 'aliases')
  const references = referencesIn(value)
  const ids = listIn(value, 'external_references').flatMap((reference) => textIn(reference, 'external_id') ?? [])
  const meta = {
    ...(synonyms.length === 0 ? {} : { synonyms }),
    ...(references.length === 0 ? {} : { refs: references }),
    ...(ids.length === 0 ? {} : { external_id: ids }),
  }
  const cluster = {
    uuid: uuidIn(object),
    type,
    value: name,
    tag_name: `misp-galaxy:${type}="${name}"`,
    description: textIn(value, 'description') ?? '',
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
  }
  return { galaxy: { type, name: `STIX 2.1 ${object.type}` }, cluster }
}

function referencesIn(value: Properties): readonly string[] {
  return listIn(value, 'external_references').flatMap((reference) => textIn(reference, 'url') ?? [])
}

function listIn(value: Properties, property: string): readonly Properties[] {
  const said = own(value, property)
  return Array.isArray(said) ? said.filter(isRecord) : []
}
