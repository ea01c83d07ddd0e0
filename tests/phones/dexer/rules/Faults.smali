# One method for each rule, named after what is wrong with it.
.class public LFaults;
.super Ljava/lang/Object;

.field small:B
.field text:Ljava/lang/String;

.method public static split(II)J
    .registers 4
    const-wide/16 v0, 0x5
    const/4 v1, 0x1
    return-wide v0
.end method

.method public static bytesAsBooleans([B)V
    .registers 3
    const/4 v0, 0x0
    aget-byte v0, p0, v0
    invoke-static {v0}, Ljava/lang/String;->valueOf(Z)Ljava/lang/String;
    return-void
.end method

.method public static wrongElements([Z)I
    .registers 3
    const/4 v0, 0x0
    aget-byte v0, p0, v0
    return v0
.end method

.method public static intAsObject(I)V
    .registers 2
    invoke-virtual {p0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    return-void
.end method

.method public static forgottenType(Ljava/lang/Thread;)V
    .registers 2
    check-cast p0, Ljava/io/Serializable;
    invoke-virtual {p0}, Ljava/lang/Thread;->interrupt()V
    return-void
.end method

.method public static unborn()V
    .registers 1
    new-instance v0, Ljava/lang/Object;
    invoke-virtual {v0}, Ljava/lang/Object;->toString()Ljava/lang/String;
    return-void
.end method

.method public static itself()V
    .registers 1
    :here
    goto/16 :here
.end method

.method public static intoHandler()V
    .registers 1
    :start
    invoke-static {}, Ljava/lang/Thread;->yield()V
    :end
    .catchall {:start .. :end} :handler
    nop
    :handler
    move-exception v0
    return-void
.end method

.method public static wrongLock(Ljava/lang/Object;Ljava/lang/Object;)V
    .registers 2
    monitor-enter p0
    monitor-exit p1
    return-void
.end method

.method public static keptLock(Ljava/lang/Object;)V
    .registers 1
    monitor-enter p0
    return-void
.end method

.method public static lockWithoutCatchAll(Ljava/lang/Object;)V
    .registers 2
    monitor-enter p0
    :start
    invoke-static {}, Ljava/lang/Thread;->yield()V
    :end
    .catch Ljava/lang/Error; {:start .. :end} :handler
    monitor-exit p0
    return-void
    :handler
    move-exception v0
    monitor-exit p0
    return-void
.end method

.method public static wrongResult()J
    .registers 2
    invoke-static {}, Ljava/lang/Thread;->activeCount()I
    move-result-wide v0
    return-wide v0
.end method

.method public wrongPut()V
    .registers 2
    const/4 v0, 0x1
    iput-object v0, p0, LFaults;->text:Ljava/lang/String;
    return-void
.end method

.method public static mixed(Z)Ljava/lang/Object;
    .registers 2
    if-eqz p0, :other
    const/4 v0, 0x7
    goto :end
    :other
    const-string v0, "text"
    :end
    return-object v0
.end method

.method public static floatAsLong(F)J
    .registers 3
    neg-long v0, p0
    return-wide v0
.end method
