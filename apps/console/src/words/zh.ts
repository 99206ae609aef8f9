import type { Catalogue } from './en.ts'
import { en } from './en.ts'
export const zh: Catalogue = en
