namespace Vitrine.Go.Goroutines;

/// <summary>Which way data would go.</summary>
public enum ChannelDirection : byte
{
    /// <summary>Not known.</summary>
    Unknown = 0,
    /// <summary>The goroutine waits to receive or to read.</summary>
    Receive = 1,
    /// <summary>The goroutine waits to send or to write.</summary>
    Send = 2,
}
