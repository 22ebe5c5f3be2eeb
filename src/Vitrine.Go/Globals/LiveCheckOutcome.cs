namespace Vitrine.Go.Globals;

/// <summary>What the memory of a process says about the address of a variable.</summary>
enum LiveCheckOutcome
{
    /// <summary>Nothing: no check was made, or the memory fits right and wrong addresses alike (an empty list).</summary>
    NoEvidence,

    /// <summary>The memory holds what the variable must hold.</summary>
    Confirmed,

    /// <summary>The memory holds what the variable cannot hold.</summary>
    Contradicted,
}
