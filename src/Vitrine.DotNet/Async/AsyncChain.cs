namespace Vitrine.DotNet.Async;

/// <summary>Operations that await one another, leaf first.</summary>
/// <param name="Operations">The operations, and the promises between them.</param>
/// <param name="WaitsFor">What the first waits for, in words.</param>
/// <param name="Root">What goes on after the last when that is no task; empty when nothing does.</param>
sealed record AsyncChain(IReadOnlyList<AsyncNode> Operations, string WaitsFor, string Root);
