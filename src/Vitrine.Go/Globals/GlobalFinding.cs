namespace Vitrine.Go.Globals;

/// <summary>Where a variable is by the binary alone, or why that is not known.</summary>
/// <param name="State">How far the address is established.</param>
/// <param name="Address">Link-time address; 0 when unknown.</param>
/// <param name="Text">The route when there is an address, the reason when there is none.</param>
readonly record struct GlobalFinding(GlobalState State, ulong Address, string Text)
{
    /// <summary>An address that may be used.</summary>
    public static GlobalFinding Known(ulong address, string route) => new(GlobalState.Known, address, route);

    /// <summary>An address that memory must confirm.</summary>
    public static GlobalFinding Provisional(ulong address, string route) => new(GlobalState.Provisional, address, route);

    /// <summary>No address.</summary>
    public static GlobalFinding Unknown(string reason) => new(GlobalState.Unknown, 0, reason);
}
