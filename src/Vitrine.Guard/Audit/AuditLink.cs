namespace Vitrine.Guard.Audit;

/// <summary>What the chain needs of a record.</summary>
/// <param name="Sequence">Its number, from 1.</param>
/// <param name="Previous">The hash of the record before, 64 hexadecimal digits.</param>
/// <param name="Hash">Its own, as the line says.</param>
/// <param name="Holds">Whether that is so.</param>
sealed record AuditLink(long Sequence, string Previous, string Hash, bool Holds);
