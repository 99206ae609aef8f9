#!/usr/bin/env node
// The program by whatever Node the machine has: run here where that is new enough, else by one that is.

import { fileURLToPath, pathToFileURL } from 'node:url'
import { isNewEnough } from '../../../tools/node24.mjs'
import { programFile } from '../../../tools/program.mjs'
import { runOn } from '../../../tools/run.mjs'

if (isNewEnough(process.versions.node)) await import(pathToFileURL(programFile()).href)
else runOn([fileURLToPath(import.meta.url), ...process.argv.slice(2)])
