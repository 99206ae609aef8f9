// A node over HTTP: the directory for peers, TAXII 2.1 for tools, the API and pages of the console.

export { DirectoryDoor, type DoorAnswer, type DoorRequest } from './directory-door.ts'
export { type ExportWhich, exported, exportLook } from './exporting.ts'
export { type Account, type Accounts, LOCAL_ACCOUNT, openAccounts, secretOf } from './people/accounts.ts'
export { parseRoles, ROLES, type Role } from './people/roles.ts'
export { type Served, type ServeOptions, serveNode } from './server.ts'
export { formatRight, parseRight } from './taxii/rights.ts'
