namespace Vitrine.DotNet.Gc;

/// <summary>How a collection runs beside the program.</summary>
/// <remarks>The values of <c>gc_type</c> in the runtime's event manifest.</remarks>
public enum GcType
{
    /// <summary>The program stands still for all of it.</summary>
    Blocking = 0,

    /// <summary>Most of it runs beside the program; there are two or more short pauses.</summary>
    Background = 1,

    /// <summary>A blocking one of a young generation while a background one is under way.</summary>
    Foreground = 2,
}
