namespace Vitrine.Agent.Tests;

/// <summary>Tests that measure the whole process, or the machine: no other test of this program runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
