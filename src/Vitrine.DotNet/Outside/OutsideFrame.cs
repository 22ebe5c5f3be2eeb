using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>What a frame is.</summary>
public enum OutsideFrameKind
{
    /// <summary>A managed method.</summary>
    Managed,

    /// <summary>A function of a native library, or of the runtime.</summary>
    Native,

    /// <summary>Code that the runtime made and gives no name: a stub between two methods.</summary>
    Stub,
}

/// <summary>One frame of a thread of another process.</summary>
/// <param name="Address">The instruction; for a caller, an address inside of its call.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The method or function; for one without a name its module and offset.</param>
/// <param name="RawName">A method's name as the compiler made it; else the same as <paramref name="Name"/>.</param>
/// <param name="Module">File name of the module; empty for code without a file. Untrusted text.</param>
/// <param name="Token">A method's metadata token; 0 for what is no method.</param>
/// <param name="File">Source file; empty when nothing says which.</param>
/// <param name="Line">Line in it, from 1; 0 when nothing says which.</param>
/// <param name="Rule">How its caller was found.</param>
public readonly record struct OutsideFrame(
    ulong Address, OutsideFrameKind Kind, string Name, string RawName, string Module, uint Token, string File, int Line, FrameRule Rule);
