import { EventEmitter, type LogOutputChannel, Uri } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { reasonOf } from "../reason";
import { SPECS, SPECS_CHANGED, type SpecState } from "../wire";

export interface SpecStore {
  all(): readonly SpecState[];
  find(id: string): SpecState | undefined;
  /** The spec whose file this is. */
  of(uri: Uri): SpecState | undefined;
  /** Asks for the list whenever the client's server says that it changed. */
  listen(client: LanguageClient): void;
  /** Asks now; without a client the list is empty. */
  refresh(client: LanguageClient | undefined): Promise<void>;
  readonly onDidChange: EventEmitter<void>["event"];
}

export function createSpecStore(log: LogOutputChannel): SpecStore {
  const changed = new EventEmitter<void>();
  let specs: readonly SpecState[] = [];
  let asking = false;
  let again = false;

  async function refresh(client: LanguageClient | undefined): Promise<void> {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      specs = client ? await client.sendRequest<SpecState[]>(SPECS, {}) : [];
      changed.fire();
    } catch (error) {
      log.warn(`The list of specs did not come: ${reasonOf(error)}`);
    } finally {
      asking = false;
    }
    if (again) {
      again = false;
      await refresh(client);
    }
  }

  return {
    all: () => specs,
    find: (id) => specs.find((spec) => spec.id === id),
    of: (uri) => specs.find((spec) => uriOf(spec).toString() === uri.toString()),
    listen: (client) => void client.onNotification(SPECS_CHANGED, () => void refresh(client)),
    refresh,
    onDidChange: changed.event,
  };
}

export const uriOf = (spec: SpecState): Uri => Uri.joinPath(Uri.parse(spec.root), spec.path);
