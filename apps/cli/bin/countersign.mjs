#!/usr/bin/env node
// The program as npx runs it, by whatever Node the machine has: the same, on a Node that is new enough.

import { fileURLToPath } from 'node:url'
import { runOn } from '../../../tools/run.mjs'

runOn([fileURLToPath(new URL('../src/main.ts', import.meta.url)), ...process.argv.slice(2)])
