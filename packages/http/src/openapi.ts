// The API described in OpenAPI 3.1, made from the table of its operations and the schemas that read its requests; so it
// says what the node does, its limits included.

import { z } from 'zod'
import { LIMITS } from './limits.ts'
import { OPERATIONS, type Operation } from './operations.ts'

const refusal = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', description: 'Stable; what a program looks at.' },
    message: { type: 'string', description: 'One sentence for a person.' },
  },
}

export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Countersign node',
    version: '1',
    description: [
      'What the console and the shell ask of their own node.',
      `Lists give ${LIMITS.pageDefault} rows a page unless asked otherwise, and at most ${LIMITS.pageMax}.`,
      `A value of a query has at most ${LIMITS.queryChars} characters.`,
      'A change asked for with a session’s cookie must come from a page of the node itself.',
    ].join(' '),
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  security: [{ session: [] }, { token: [] }],
  paths: paths(),
  components: {
    schemas: { Refusal: refusal },
    responses: {
      Refused: {
        description:
          'Refused, with the reason. 401 asks to sign in first; 503 and 507 are about this node, not about what was asked.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
      },
    },
    securitySchemes: {
      session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'The cookie of a signed-in officer.' },
      token: { type: 'http', scheme: 'bearer', description: 'The local token, DIR/private/api-token.' },
    },
  },
} as const

function paths(): Record<string, Record<string, unknown>> {
  const all: Record<string, Record<string, unknown>> = {}
  for (const operation of OPERATIONS) {
    all[operation.path] = { ...all[operation.path], [operation.method.toLowerCase()]: describe(operation) }
  }
  return all
}

function describe({ summary, query, body, answer }: Operation): Record<string, unknown> {
  return {
    summary,
    ...(query === undefined ? {} : { parameters: parametersOf(query) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: `At most ${body.bytesMax} bytes.`,
            content: { [body.mediaType]: body.schema === undefined ? {} : { schema: schemaOf(body.schema) } },
          },
        }),
    responses: {
      200: { description: answer.description, content: { [answer.mediaType]: {} } },
      default: { $ref: '#/components/responses/Refused' },
    },
  }
}

function parametersOf(query: z.ZodObject): unknown[] {
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, unknown>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
  }))
}

/** What may be sent, before defaults are filled in. */
function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' })
  return rest
}
