import { workspace } from "vscode";

export type AutoMerge = "project" | "always" | "never";

const config = () => workspace.getConfiguration("chant");

export const serverPath = (): string => config().get("server.path", "").trim();
export const serverArguments = (): string[] => config().get<string[]>("server.arguments", []);
export const pythonPath = (): string => config().get("server.python", "").trim();
export const autoMerge = (): AutoMerge => config().get<AutoMerge>("work.autoMerge", "project");
export const concurrency = (): number => config().get("work.concurrency", 0);
export const codeLensEnabled = (): boolean => config().get("codeLens.enabled", true);
export const inlayHintsEnabled = (): boolean => config().get("inlayHints.enabled", true);
