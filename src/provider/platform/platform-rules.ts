/** What differs between hosts of models: where requests go and how they prove who asks. */

export type PlatformName = "anthropic" | "openai" | "azure" | "compatible";
export type DialectName = "openai-chat" | "anthropic-messages";

/** What an address is made of. */
export interface AddressParts {
  /** Base URL without a slash at its end. */
  readonly endpoint: string;
  readonly dialect: DialectName;
  /** The model, or on Azure OpenAI the deployment. */
  readonly model: string;
  /** Empty if none is asked for. */
  readonly apiVersion: string;
}

/** The rules of one platform. */
export interface PlatformRules {
  readonly name: PlatformName;
  /** Used if the configuration names none; undefined if it must. */
  readonly defaultEndpoint: string | undefined;
  /** The one wire format of the platform; undefined if it has several. */
  readonly ownDialect: DialectName | undefined;
  makeUrl(parts: AddressParts): string;
  makeAuthHeaders(dialect: DialectName, apiKey: string): Record<string, string>;
}
