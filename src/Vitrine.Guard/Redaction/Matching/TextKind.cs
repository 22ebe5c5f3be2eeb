namespace Vitrine.Guard.Redaction.Matching;

/// <summary>What a text is: a few rules go by it.</summary>
enum TextKind
{
    /// <summary>One value, of one line or several.</summary>
    Text,

    /// <summary>Lines that have nothing to do with each other.</summary>
    Lines,

    /// <summary>A function's name: <c>a1::b2</c> is C++ and not an address.</summary>
    Symbol,

    /// <summary>The path of a source file or of a binary, and nothing else.</summary>
    File,
}
