namespace Vitrine.DotNet.Labels;

/// <summary>A scope of <see cref="ProfileLabels"/>: disposing it brings back the labels from before. The default one does nothing.</summary>
public readonly struct LabelScope : IDisposable
{
    readonly LabelList? _outer;
    readonly bool _isOpen;

    internal LabelScope(LabelList? outer) => (_outer, _isOpen) = (outer, true);

    /// <summary>Ends the scope.</summary>
    public void Dispose()
    {
        if (_isOpen) ProfileLabels.Restore(_outer);
    }
}
