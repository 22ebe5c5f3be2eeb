namespace Vitrine.Go.Tests.Globals;

/// <summary>Ways to build a program that move its variables or change its code.</summary>
public enum TwinFlavour
{
    /// <summary>As <c>go build</c> does.</summary>
    Plain,

    /// <summary>Position-independent.</summary>
    Pie,

    /// <summary>With C code, linked by the system's linker.</summary>
    Cgo,

    /// <summary>Without the paths of the machine.</summary>
    Trimpath,

    /// <summary>For x86-64-v3 processors.</summary>
    V3,

    /// <summary>Without inlining and optimisation: the anchors look different.</summary>
    Unoptimised,
}
