import { expect, test } from "vitest";
import { DisposableStore, toDisposable } from "../../../src/host/disposables.ts";

function recorder() {
  const order: string[] = [];
  return { order, item: (name: string) => toDisposable(() => order.push(name)) };
}

test("what was added last is disposed first", () => {
  const { order, item } = recorder();
  const store = new DisposableStore();
  for (const name of ["a", "b", "c"]) store.add(item(name));
  store.dispose();
  expect(order).toEqual(["c", "b", "a"]);
});

test("what arrives late is disposed at once", () => {
  const { order, item } = recorder();
  const store = new DisposableStore();
  store.dispose();
  store.add(item("late"));
  expect(order).toEqual(["late"]);
});

test("nothing is disposed twice", () => {
  const { order, item } = recorder();
  const store = new DisposableStore();
  store.add(item("once"));
  store.dispose();
  store.dispose();
  expect(order).toEqual(["once"]);
});

test("one failing part does not keep the others from being disposed, and is reported", () => {
  const { order, item } = recorder();
  const store = new DisposableStore();
  store.add(item("a"));
  store.add(
    toDisposable(() => {
      throw new Error("stuck");
    }),
  );
  store.add(item("c"));
  expect(() => store.dispose()).toThrow(AggregateError);
  expect(order).toEqual(["c", "a"]);
});
