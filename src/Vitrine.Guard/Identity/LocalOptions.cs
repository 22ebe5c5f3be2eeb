namespace Vitrine.Guard.Identity;

/// <summary>Programs of this machine over loopback, without credentials, as <c>owner</c>: the section <c>Identity:Local</c>.</summary>
public sealed class LocalOptions
{
    /// <summary>Whether they are let in; null = only while no token, certificate or Unix user is configured.</summary>
    public bool? Allow { get; set; }

    /// <summary>Names that the <c>Host</c> header may have, beside <c>localhost</c> and loopback addresses: a page of another site cannot come in under a name of its own (DNS rebinding).</summary>
    public IList<string> AllowedHosts { get; } = [];
}
