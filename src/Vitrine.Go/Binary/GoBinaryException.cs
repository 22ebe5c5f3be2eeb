namespace Vitrine.Go.Binary;

/// <summary>A Go binary could not be understood. The message names what is malformed or missing, where, and what to do next.</summary>
public class GoBinaryException : Exception
{
    /// <summary>Creates the exception with a message that names cause and next step.</summary>
    public GoBinaryException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and the error below it.</summary>
    public GoBinaryException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
