namespace Vitrine.AspNetCore;

/// <summary>What happens with exceptions that nobody caught.</summary>
public sealed class PanicGuardOptions
{
    /// <summary>Whether they are recorded and answered. Switched off, they go on to the server as they are.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Where records go, one file each, with all threads; null = the log only, without them. Made when it is missing, readable by the service's user alone.</summary>
    public string? Folder { get; set; }

    /// <summary>Records that the folder keeps; older ones are deleted.</summary>
    public int MaximumFiles { get; set; } = 100;

    /// <summary>How long the same cause (type of the exception and its innermost frame) is only counted after it was recorded.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long all threads are not looked at again after they were, whatever the causes: each look stops all managed threads for a moment. Records in between say so in place of the threads.
    /// </summary>
    public TimeSpan ThreadsInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether exceptions' messages are recorded. They can hold what users sent, so they are not unless asked for.</summary>
    public bool IncludeMessages { get; set; }
}
