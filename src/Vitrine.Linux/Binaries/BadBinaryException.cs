namespace Vitrine.Linux.Binaries;

/// <summary>A binary (or core file, or debug information) is malformed, truncated, of an unsupported kind, or beyond a limit of <see cref="Limits"/>.</summary>
public class BadBinaryException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is malformed, in which file and where (offset), and what to do.</param>
    public BadBinaryException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception with the failure that led to it.</summary>
    /// <param name="message">What is malformed, in which file and where (offset), and what to do.</param>
    /// <param name="inner">The failure that led to it.</param>
    public BadBinaryException(string message, Exception inner) : base(message, inner)
    {
    }
}
