import { EventEmitter, type LogOutputChannel, Uri } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { reasonOf } from "../reason";
import { SPECS, SPECS_CHANGED, type SpecState } from "../wire";

export interface SpecStore {
  all(): readonly SpecState[];
  /** The spec of this id; of several projects the one at `root`. */
  find(id: string, root?: string): SpecState | undefined;
  /** The folders of all projects that have specs. */
  roots(): readonly string[];
  /** The spec whose file this is. */
  of(uri: Uri): SpecState | undefined;
  /** Asks for the list whenever the client's server says that it changed. */
  listen(client: LanguageClient): void;
  /** Asks now; without a client the list is empty. */
  refresh(client: LanguageClient | undefined): Promise<void>;
  readonly onDidChange: EventEmitter<void>["event"];
}

interface Asked {
  readonly client: LanguageClient | undefined;
  again: boolean;
}

export function createSpecStore(log: LogOutputChannel): SpecStore {
  const changed = new EventEmitter<void>();
  let specs: readonly SpecState[] = [];
  let asked: Asked | undefined;

  /** One question at a time to one client; a new client, or none, makes older questions void. */
  async function refresh(client: LanguageClient | undefined): Promise<void> {
    if (asked && asked.client === client) {
      asked.again = true;
      return;
    }
    const mine: Asked = { client, again: true };
    asked = mine;
    while (mine.again && asked === mine) {
      mine.again = false;
      await ask(mine);
    }
    if (asked === mine) asked = undefined;
  }

  async function ask(mine: Asked): Promise<void> {
    try {
      const found = mine.client ? await mine.client.sendRequest<SpecState[]>(SPECS, {}) : [];
      if (asked !== mine) return;
      specs = found;
      changed.fire();
    } catch (error) {
      log.warn(`The list of specs did not come: ${reasonOf(error)}`);
    }
  }

  return {
    all: () => specs,
    find: (id, root) => specs.find((spec) => spec.id === id && (!root || spec.root === root)),
    roots: () => [...new Set(specs.map((spec) => spec.root))],
    of: (uri) => specs.find((spec) => uriOf(spec).toString() === uri.toString()),
    listen: (client) => void client.onNotification(SPECS_CHANGED, () => void refresh(client)),
    refresh,
    onDidChange: changed.event,
  };
}

export const uriOf = (spec: SpecState): Uri => Uri.joinPath(Uri.parse(spec.root), spec.path);
