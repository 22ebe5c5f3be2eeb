namespace Vitrine.DotNet.Events;

/// <summary>A method's name and the module it is in, as far as instruments decide by them.</summary>
/// <param name="Name">The readable name; empty when nothing is known of the address.</param>
/// <param name="Module">File name of the module, without the folder.</param>
readonly record struct FrameName(string Name, string Module)
{
    /// <summary>Nothing is known.</summary>
    public static FrameName None { get; } = new("", "");

    /// <summary>Whether the frame belongs to the framework, and not to a program or its libraries.</summary>
    public bool IsFramework => Name.StartsWith("System.", StringComparison.Ordinal) || Name.StartsWith("Microsoft.", StringComparison.Ordinal) || Module == "System.Private.CoreLib.dll";

    /// <summary>Whether the frame belongs to this library, which then looks at itself.</summary>
    public bool IsOwn => Module == "Vitrine.DotNet.dll";
}
