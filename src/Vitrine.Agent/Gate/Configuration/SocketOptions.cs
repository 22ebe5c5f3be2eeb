namespace Vitrine.Agent.Gate.Configuration;

/// <summary>A door in the file system.</summary>
sealed class SocketOptions
{
    /// <summary>The path of the socket, absolute.</summary>
    public string Path { get; set; } = "";

    /// <summary>Who may connect, in octal digits.</summary>
    public string Mode { get; set; } = "0600";

    /// <summary>The group of the socket; empty = that of the gate.</summary>
    public string Group { get; set; } = "";
}
