//! What waits is few among many: indexes of that alone, for whoever counts it.

use sea_orm_migration::prelude::*;

/// This change.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let way = manager.get_connection();
        for sql in [
            "CREATE INDEX ix_inbox_event_waiting ON inbox_event (received_at) WHERE status = 'received'",
            "CREATE INDEX ix_outbox_entry_waiting ON outbox_entry (due_at) WHERE delivered_at IS NULL",
        ] {
            way.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let way = manager.get_connection();
        for sql in ["DROP INDEX ix_inbox_event_waiting", "DROP INDEX ix_outbox_entry_waiting"] {
            way.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
