#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/tables.h"
#include "revident/base/strbuf.h"

typedef int read_fn(struct reader *, struct arena *, const char *, size_t, struct table_uses *, struct err *);

/* "+created ~provided -assumed @model", with the schema; "? reason" where it is opaque. */
static void expect(read_fn *read, const char *source, const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = { .kind = ERR_NONE };
	struct table_uses uses;
	struct reader *reader;
	struct arena arena;
	size_t i;

	arena_init(&arena);
	assert_int_equal(reader_new(&reader, &err), 0);
	assert_int_equal(read(reader, &arena, source, strlen(source), &uses, &err), 0);
	for (i = 0; i < uses.count; i++)
		strbuf_addf(&out, "%s%c%s%s%s", i ? " " : "", "+~-@"[uses.items[i].kind],
			uses.items[i].schema.ptr ? uses.items[i].schema.ptr : "", uses.items[i].schema.ptr ? "." : "",
			uses.items[i].name.ptr);
	if (uses.opaque)
		strbuf_addf(&out, "%s? %s", uses.count ? " " : "", uses.opaque);
	if (strcmp(out.buf, expected) != 0)
		fail_msg("%s\n  reads as %s\n  not as   %s", source, out.buf, expected);
	strbuf_release(&out);
	reader_free(reader);
	arena_release(&arena);
}

struct row {
	const char *body, *expected;
};

/* Each row is the body of an upgrade(), its lines indented already but for the first. */
static void expect_upgrades(const struct row *rows, size_t count)
{
	struct strbuf source = STRBUF_INIT;
	size_t i;

	for (i = 0; i < count; i++) {
		strbuf_clear(&source);
		strbuf_addf(&source, "from alembic import op\nimport sqlalchemy as sa\n\n\ndef upgrade():\n    %s\n",
			rows[i].body);
		expect(reader_tables, source.buf, rows[i].expected);
	}
	strbuf_release(&source);
}

#define EXPECT_UPGRADES(rows) expect_upgrades(rows, sizeof(rows) / sizeof((rows)[0]))
#define SQL(text) "op.execute(\"\"\"" text "\"\"\")"
#define NO_LITERAL "it runs SQL that is no literal"
#define NO_NAME "it creates a table whose name is no literal"

static void reader_tables__operations__create_and_assume(void **state)
{
	static const struct row rows[] = {
		{ "pass", "" },
		{ "op.create_table('a', sa.Column('id', sa.Integer))", "+a" },
		{ "op.create_table('a', sa.Column('id', sa.Integer), schema='s')", "+s.a" },
		{ "op.create_table(table_name='a')", "+a" },
		{ "op.create_table('a', schema=None)", "+a" },
		{ "op.create_table('a', schema=schema())", "+a" },
		{ "op.create_table('a' 'b')", "+ab" },
		{ "op.create_table(op.f('a'))", "+a" },
		{ "op.create_table('a', sa.ForeignKeyConstraint(['x'], ['s.b.id', \"c.id\"]))", "+a -s.b -c" },
		{ "op.create_table('a', sa.Column('x', sa.ForeignKey('b.id')))", "+a -b" },
		{ "op.create_table('a', sa.Column('x', sa.ForeignKey(f'{s}.b.id')))", "+a -b" },
		{ "op.create_table('a', sa.Column('x', sa.ForeignKey(f'{b}.id')))", "+a" },
		{ "op.create_table('a', sa.ForeignKeyConstraint(['x'], ['b.id'], use_alter=True))", "+a" },
		{ "op.create_table('a', sa.ForeignKeyConstraint(['x'], ['b.id'], use_alter=False))", "+a -b" },
		{ "op.rename_table('a', 'b', schema='s')", "-s.a +s.b" },
		{ "op.drop_table('a')", "-a" },
		{ "op.drop_table('a', if_exists=True)", "" },
		{ "op.drop_table('a', if_exists=False)", "-a" },
		{ "op.add_column('a', sa.Column('x', sa.Integer, sa.ForeignKey('b.id')))", "-a -b" },
		{ "op.alter_column('a', 'x', nullable=True)", "-a" },
		{ "op.drop_column('a', 'x', schema='s')", "-s.a" },
		{ "op.create_index('i', 'a', ['x'])", "-a" },
		{ "op.create_index(op.f('i'), table_name='a')", "-a" },
		{ "op.drop_index('i', table_name='a')", "-a" },
		{ "op.drop_index('i')", "" },
		{ "op.create_unique_constraint('u', 'a', ['x'])", "-a" },
		{ "op.create_check_constraint('k', 'a', 'x > 0')", "-a" },
		{ "op.create_primary_key('p', 'a', ['x'])", "-a" },
		{ "op.drop_constraint('k', 'a', type_='check')", "-a" },
		{ "op.create_foreign_key('f', 'a', 'b', ['x'], ['y'], source_schema='s', referent_schema='t')",
			"-s.a -t.b" },
		{ "op.bulk_insert(sa.table('a', sa.column('x')), [{'x': 1}])", "-a" },
		{ "t = sa.Table('a', sa.MetaData())\n    op.bulk_insert(t, [])", "-a" },
		{ "t = op.create_table('a')\n    op.bulk_insert(t, [])", "+a -a" },
		{ "op.batch_alter_table('a')", "-a" },
		{ "op.create_table(name)", "? " NO_NAME },
		{ "op.create_table(f'{p}_a')", "? " NO_NAME },
		{ "op.create_table('p_' + name)", "? " NO_NAME },
		{ "op.add_column(name, sa.Column('x'))", "" },
		{ "context.create_table('a')", "" },
		{ "op.create_table('alembic_version')", "" },
	};

	(void)state;
	EXPECT_UPGRADES(rows);
}

static void reader_tables__batch__has_its_table(void **state)
{
	static const struct row rows[] = {
		{ "with op.batch_alter_table('a', schema='s') as b:\n        b.add_column(sa.Column('x', sa.Integer))",
			"-s.a" },
		{ "with op.batch_alter_table('a') as b:\n        b.create_index('i', ['x'])", "-a" },
		{ "with op.batch_alter_table('a') as b:\n        b.create_foreign_key('f', 'c', ['x'], ['y'])",
			"-a -c" },
		{ "with op.batch_alter_table('a') as b:\n        b.add_column(sa.Column('x', sa.ForeignKey('c.id')))",
			"-a -c" },
	};

	(void)state;
	EXPECT_UPGRADES(rows);
}

/* A name is given one value after another, as migrations do that fill look-up tables. */
static void reader_tables__name_given_again__its_last_value(void **state)
{
	static const struct row rows[] = {
		{ "op.create_table('a')\n    t = sa.table('a')\n    op.bulk_insert(t, [])\n"
		  "    op.create_table('b')\n    t = sa.table('b')\n    op.bulk_insert(t, [])",
			"+a -a +b -b" },
		{ "t = 'a'\n    op.drop_table(t)\n    t = 'b'\n    op.drop_table(t)", "-a -b" },
		{ "t = 'a'\n    if x:\n        t = 'b'\n    op.drop_table(t)", "-b -a" },
		{ "t = 'z'\n    t = 'a'\n    if x:\n        t = 'b'\n    op.drop_table(t)", "-b -a" },
		{ "if x:\n        t = 'a'\n    else:\n        t = 'b'\n        op.drop_table(t)", "-b" },
		{ "t = 'z'\n    for t in ['a', 'b']:\n        op.drop_table(t)", "-a -b" },
		{ "for t in ['a', 'b']:\n        op.drop_table(t)\n    for t in ['c']:\n        op.drop_table(t)",
			"-a -b -c" },
		{ "for i in x:\n        op.drop_table(t)\n        t = 'a'", "-a" },
		{ "t = 'a'\n    op.execute(tables.t.insert().values(name='x'))", "" },
		{ "t = sa.table('a')\n    op.execute(t.insert().values(name='x'))", "-a" },
		{ "s = sa.text('DELETE FROM a')\n    s = s.bindparams(x=1)\n    op.execute(s)\n"
		  "    s = sa.text('DELETE FROM b')\n    s = s.bindparams(x=1)\n    op.execute(s)",
			"-a -b" },
		{ "op.execute(s.bindparams(x=1))", "? " NO_LITERAL },
		{ "t = sa.table('a')\n    i = pg.insert(t).values(x=1)\n    op.execute(i.on_conflict_do_nothing())",
			"-a" },
		{ "from sqlalchemy.dialects.postgresql import insert as pg\n    op.execute(pg(sa.table('a')))", "-a" },
		{ "op.execute(pg(sa.table('a')))", "? " NO_LITERAL },
		{ "op.execute(CreateEnumType(sa.Enum('x')))", "" },
		{ "a = sa.Table('a', m)\n    b = sa.Table('b', m)\n    for t in [a, b]:\n        t.create(conn)",
			"+a +b" },
		{ "e = sa.Enum('x')\n    for t in [e]:\n        t.create(conn)", "" },
	};

	(void)state;
	EXPECT_UPGRADES(rows);
}

static void reader_tables__sql__creates_and_assumes(void **state)
{
	static const struct row rows[] = {
		{ SQL("CREATE TABLE a (id int)"), "+a" },
		{ SQL("create table if not exists s.a (id int references b(id))"), "+s.a -b" },
		{ SQL("CREATE TEMP TABLE a AS SELECT 1"), "~a" },
		{ SQL("CREATE OR REPLACE VIEW v AS SELECT 1; INSERT INTO v VALUES (1)"), "~v -v" },
		{ SQL("CREATE TABLE a PARTITION OF b FOR VALUES IN (1)"), "+a -b" },
		{ SQL("CREATE TABLE a (LIKE b INCLUDING ALL)"), "+a -b" },
		{ SQL("ALTER TABLE ONLY s.a ADD COLUMN x int; ALTER TABLE IF EXISTS b DROP x"), "-s.a" },
		{ SQL("ALTER TABLE s.a RENAME TO b"), "-s.a +s.b" },
		{ SQL("ALTER TABLE a RENAME COLUMN x TO y"), "-a" },
		{ SQL("ALTER TABLE a SET SCHEMA s"), "-a +s.a" },
		{ SQL("ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES b ON DELETE CASCADE"), "-a -b" },
		{ SQL("DROP TABLE a, b CASCADE; DROP TABLE IF EXISTS c"), "-a -b" },
		{ SQL("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s.a (x)"), "-s.a" },
		{ SQL("CREATE INDEX ON a (x)"), "-a" },
		{ SQL("CREATE TRIGGER t BEFORE INSERT OR UPDATE OF x ON a FOR EACH ROW EXECUTE FUNCTION f()"), "-a" },
		{ SQL("INSERT INTO a (x) SELECT x FROM b"), "-a" },
		{ SQL("INSERT OR IGNORE INTO a VALUES (1) "), "-a" },
		{ SQL("UPDATE a SET x = 1; UPDATE ONLY b AS c SET x = 2"), "-a -b" },
		{ SQL("INSERT INTO a VALUES (1) ON CONFLICT (x) DO UPDATE SET y = 1"), "-a" },
		{ SQL("WITH w AS (SELECT 1) UPDATE a SET x = 1"), "-a" },
		{ SQL("DELETE FROM a USING b"), "-a" },
		{ SQL("TRUNCATE TABLE a, b"), "-a -b" },
		{ SQL("RENAME TABLE a TO b, c TO d"), "-a +b -c +d" },
		{ SQL("SELECT x INTO a FROM b"), "+a" },
		{ SQL("COMMENT ON TABLE a IS 'b'"), "-a" },
		{ SQL("UPDATE u SET x = 1 FROM users AS u"), "" },
		{ SQL("SELECT setval('a_id_seq', 1) FROM b FOR UPDATE"), "" },
		{ SQL("CREATE EXTENSION IF NOT EXISTS citext"), "" },
		{ SQL("CREATE TABLE pg_catalog.a (x int); SELECT 1 FROM sqlite_master"), "" },
	};

	(void)state;
	EXPECT_UPGRADES(rows);
}

static void reader_tables__sql_text__quotes_comments_and_bodies(void **state)
{
	static const struct row rows[] = {
		{ "op.execute('ALTER TABLE \"A b\".\"C\" ADD x int')", "-A b.C" },
		{ SQL("UPDATE `a` SET x = 1; UPDATE [dbo].[b] SET x = 1"), "-a -dbo.b" },
		{ SQL("-- CREATE TABLE a ()\n/* DROP TABLE b; /* */ */ UPDATE c SET x = '; DROP TABLE d'"), "-c" },
		{ SQL("SELECT 'it''s'; DELETE FROM a"), "-a" },
		{ SQL("SELECT E'it\\\\'s; DELETE FROM b'; DELETE FROM a"), "-a" },
		{ SQL("CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN UPDATE a SET x = 1; END $$ LANGUAGE plpgsql"),
			"" },
		{ SQL("CREATE FUNCTION f() AS $x$ DELETE FROM a; $x$; DELETE FROM b"), "-b" },
		{ SQL("DO $$ BEGIN IF true THEN ALTER TABLE a ADD x int; END IF; END $$"), "-a" },
		{ SQL("DO $$ BEGIN EXECUTE 'CREATE TABLE a ()'; END $$"), "+a" },
		{ SQL("CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b; END; DELETE FROM c"), "-a -c" },
		{ SQL("UPDATE a SET tags[1] = 'x', y = ARRAY['DELETE FROM b']"), "-a" },
	};

	(void)state;
	EXPECT_UPGRADES(rows);
}

static void reader_tables__sql_expression__known_or_opaque(void **state)
{
	static const struct row rows[] = {
		{ "op.execute(sa.text('DELETE FROM a'))", "-a" },
		{ "op.get_bind().execute(sa.text('DELETE FROM a').bindparams(x='y'))", "-a" },
		{ "conn.exec_driver_sql('DELETE FROM a')", "-a" },
		{ "op.execute(f'DELETE FROM {s}.a')", "-a" },
		{ "op.execute(f'DELETE FROM {t}')", "" },
		{ "op.execute(f'DELETE FROM p_{t}')", "" },
		{ "op.execute(f'CREATE TABLE {t} ()')", "? " NO_NAME },
		{ "op.execute('CREATE TABLE {} ()'.format(t))", "? " NO_NAME },
		{ "op.execute('CREATE TABLE %s ()' % t)", "? " NO_NAME },
		{ "op.execute('CREATE TABLE ' + t + ' ()')", "? " NO_NAME },
		{ "op.execute('UPDATE ' 'a' ' SET x = 1')", "-a" },
		{ "q = 'DELETE FROM a'\n    op.execute(q)", "-a" },
		{ "q = 'DELETE FROM a'\n    op.execute(sa.text(q))", "-a" },
		{ "for q in ('DELETE FROM a', 'DELETE FROM b'):\n        op.execute(q)", "-a -b" },
		{ "t = sa.table('a', sa.column('x'))\n    op.execute(t.update().values(x='DROP TABLE b'))", "-a" },
		{ "t = sa.table('a')\n    op.execute(sa.insert(t).values(x=1))", "-a" },
		{ "op.get_bind().execute(sa.select(t))", "" },
		{ "op.execute(q)", "? " NO_LITERAL },
		{ "op.execute(open('schema.sql').read())", "? " NO_LITERAL },
		{ "op.execute(f'{q}')", "? " NO_LITERAL },
	};

	(void)state;
	EXPECT_UPGRADES(rows);
}

static void reader_tables__hidden_creation__is_opaque(void **state)
{
	static const struct row rows[] = {
		{ "Base.metadata.create_all(op.get_bind())", "? it calls create_all()" },
		{ "User.__table__.create(op.get_bind())", "? it creates the table of a model" },
		{ "helper(op)", "? it hands op to a function of another file" },
		{ "helpers.build(op=op)", "? it hands op to a function of another file" },
		{ "hasattr(op, 'f')", "" },
		{ "e = sa.Enum('a', name='e')\n    e.create(op.get_bind())", "" },
		{ "t = sa.Table('a', sa.MetaData())\n    t.create(op.get_bind())", "+a" },
		{ "for n in names:\n        op.create_table(n)", "? " NO_NAME },
		{ "for n in ['a', 'b']:\n        op.create_table(n)", "+a +b" },
	};

	(void)state;
	EXPECT_UPGRADES(rows);
	expect(reader_tables, "def upgrade(:\n    op.create_table('a')\n", "? the file cannot be read");
	expect(reader_tables, "", "? the file cannot be read");
	expect(reader_tables, "from x import upgrade\n", "? its upgrade() is not in the file");
}

static void reader_tables__module__functions_names_and_imports(void **state)
{
	(void)state;
	expect(reader_tables,
		"from alembic import op\nT = 'a'\nS = 's'\n\ndef upgrade():\n    one()\n    two()\n\n"
		"def one():\n    op.create_table(T, schema=S)\n    one()\n\ndef two():\n    op.drop_table('b')\n\n"
		"def downgrade():\n    op.drop_table('c')\n",
		"+s.a -b");
	expect(reader_tables, "from alembic import op as o\n\ndef upgrade():\n    o.create_table('a')\n", "+a");
	expect(reader_tables, "import alembic\n\ndef upgrade():\n    alembic.op.create_table('a')\n", "+a");
	expect(reader_tables,
		"from alembic.op import create_table, execute\n\ndef upgrade():\n    create_table('a')\n"
		"    execute('DELETE FROM b')\n",
		"+a -b");
	expect(reader_tables, "T = 'a'\n\ndef make(T):\n    op.create_table(T)\n\ndef upgrade():\n    make('b')\n",
		"? " NO_NAME);
	expect(reader_tables,
		"def upgrade(engine_name):\n    globals()['upgrade_%s' % engine_name]()\n\n"
		"def upgrade_one():\n    op.create_table('a')\n\ndef upgrade_two():\n    op.create_table('b')\n",
		"+a +b");
	expect(reader_tables, "async def upgrade() -> None: op.create_table('a')\n", "+a");
	expect(reader_tables, "def upgrade():\n    if x:\n        return\n    op.create_table('a')\n", "+a");
}

static void reader_models__declarations__are_found(void **state)
{
	static const struct row rows[] = {
		{ "class A(Base):\n    __tablename__ = 'a'\n", "@a" },
		{ "class A(Base):\n    __tablename__: str = 'a'\n    __table_args__ = {'schema': 's'}\n", "@s.a" },
		{ "class A(Base):\n    __table_args__ = (Index('i'), {\"schema\": 's'})\n    __tablename__ = 'a'\n",
			"@s.a" },
		{ "N = 'a'\nclass A(Base):\n    __tablename__ = N\n", "@a" },
		{ "class A(Base):\n    __abstract__ = True\n    __tablename__ = 'a'\n", "" },
		{ "class A(Base):\n    def __tablename__(cls):\n        return 'a'\n", "" },
		{ "class A(Base):\n    def f(self):\n        __tablename__ = 'a'\n", "" },
		{ "class A(Base):\n    __tablename__ = f'{p}_a'\n", "" },
		{ "class A(Base):\n    __tablename__ = 'a'\n    id = Column()\n\nclass B(A):\n    __tablename__ = "
		  "'b'\n",
			"@a @b" },
		{ "t = Table('a', metadata, Column('x'), schema='s')\n", "@s.a" },
		{ "t = sa.Table('a', Base.metadata)\n", "@a" },
		{ "t = db.Table('a', db.Column('x'))\n", "@a" },
		{ "class A(Base):\n    __table__ = Table('a', metadata)\n", "@a" },
		{ "t = Table('a', metadata, autoload=True)\n", "" },
		{ "t = Table('Title', 'Header')\n", "" },
		{ "def f():\n    t = Table('a', metadata)\n", "" },
		{ "class A(:\n    __tablename__ = 'a'\n", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(reader_models, rows[i].body, rows[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_tables__operations__create_and_assume),
		cmocka_unit_test(reader_tables__batch__has_its_table),
		cmocka_unit_test(reader_tables__name_given_again__its_last_value),
		cmocka_unit_test(reader_tables__sql__creates_and_assumes),
		cmocka_unit_test(reader_tables__sql_text__quotes_comments_and_bodies),
		cmocka_unit_test(reader_tables__sql_expression__known_or_opaque),
		cmocka_unit_test(reader_tables__hidden_creation__is_opaque),
		cmocka_unit_test(reader_tables__module__functions_names_and_imports),
		cmocka_unit_test(reader_models__declarations__are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
