namespace Vitrine.Go.Globals;

/// <summary>How far the address of a variable is established by the binary alone.</summary>
enum GlobalState
{
    /// <summary>No address.</summary>
    Unknown,

    /// <summary>An address that memory must confirm before it is used.</summary>
    Provisional,

    /// <summary>An address that may be used.</summary>
    Known,
}
