namespace Vitrine.Go.Binary;

/// <summary>The binary was not built by the Go toolchain (no build info, no function table).</summary>
public sealed class NotGoException : GoBinaryException
{
    /// <summary>Creates the exception with a message that names the binary and what was looked for.</summary>
    public NotGoException(string message)
        : base(message)
    {
    }
}
