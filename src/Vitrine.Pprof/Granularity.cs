namespace Vitrine.Pprof;

/// <summary>What makes two frames the same frame.</summary>
public enum Granularity
{
    /// <summary>The function, whatever its file, line and address.</summary>
    Function,
    /// <summary>The function together with its file.</summary>
    FileFunction,
    /// <summary>The source file.</summary>
    File,
    /// <summary>Function, file and line.</summary>
    Line,
    /// <summary>Function, file, line and column.</summary>
    Column,
    /// <summary>The instruction address with everything known about it.</summary>
    Address,
}
